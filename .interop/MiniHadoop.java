import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** HDFS and YARN of one machine each, until standard input ends. Its settings go to the folder given. */
class MiniHadoop {
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Configuration settings = new YarnConfiguration();
    settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    try (MiniDFSCluster hdfs = new MiniDFSCluster.Builder(settings).numDataNodes(1).build()) {
      // Room for a driver and two of the executors that conf/spark/managed.conf asks for, whatever this machine has.
      settings.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, 20 * 1024);
      settings.setInt(YarnConfiguration.NM_VCORES, 16);
      settings.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, 20 * 1024);
      settings.setBoolean(YarnConfiguration.NM_PMEM_CHECK_ENABLED, false);
      settings.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
      settings.setBoolean(YarnConfiguration.YARN_MINICLUSTER_CONTROL_RESOURCE_MONITORING, false);
      settings.setInt(YarnConfiguration.RM_AM_MAX_ATTEMPTS, 3);
      settings.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 99.9f);
      settings.set("yarn.application.classpath", "");
      settings.set("yarn.scheduler.capacity.root.queues", "default");
      settings.set("yarn.scheduler.capacity.root.default.capacity", "100");
      settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
      try (MiniYARNCluster yarn = new MiniYARNCluster("microtome", 1, 1, 1)) {
        yarn.init(settings);
        yarn.start();
        Configuration told = new Configuration(yarn.getConfig());
        // A class of the mini-cluster, which no client has.
        told.unset("net.topology.node.switch.mapping.impl");
        Path conf = Files.createDirectories(folder.resolve("conf"));
        try (OutputStream out = Files.newOutputStream(conf.resolve("core-site.xml"))) {
          told.writeXml(out);
        }
        Files.copy(conf.resolve("core-site.xml"), conf.resolve("yarn-site.xml"));
        System.out.println("ready");
        while (System.in.read() >= 0) {}
      }
    }
  }
}
